import type { FaultGroup, OwnStores, SceneCell } from '../row.ts';
import type { Bench, NetworkBench } from '../../support/faults/bench.ts';
import { killedAtAnyMoment, killedWhileAsking, stoppedAndContinued } from '../process-scenes.ts';
import {
  corruptState,
  fullVolume,
  fullVolumeAtStart,
  pausedForAnHour,
  pausedWhileReading,
  restartedInOutage,
} from '../scenes.ts';

const everywhere = (cell: SceneCell<Bench>): OwnStores => ({
  vault: cell,
  aws: cell,
  file: cell,
});

const onNetwork = (cell: SceneCell<NetworkBench>): OwnStores => ({
  vault: cell,
  aws: cell,
  file: 'a file is read at once',
});

/** What strikes the pod, whatever its stores are. */
export const pods: FaultGroup = {
  title: 'The pod itself',
  rows: [
    {
      fault: 'secrets volume full',
      happens: 'the tmpfs of keyferry-secrets has no room for another generation',
      stores: everywhere({
        code: 'ENOSPC',
        says: 'the secrets volume is full: it needs a larger sizeLimit',
        files: 'keep the last good values',
        wellAgain: 'every 10 s',
        start: 'tries until `start-timeout`',
        play: fullVolume,
        playStart: fullVolumeAtStart,
      }),
    },
    {
      fault: 'state file corrupt',
      happens: 'what one process of the agent leaves to the next cannot be read',
      stores: everywhere({
        says: 'the state file is left unread',
        files: 'move on',
        wellAgain: 'at once: it starts without it',
        start: 'has its secrets',
        play: corruptState,
      }),
    },
    {
      fault: 'agent restarted in an outage',
      happens: 'its container ends and is started again, three times, while the store is down',
      stores: onNetwork({
        code: 'unavailable',
        says: 'SERVER refused the connection',
        files: 'keep the last good values',
        wellAgain: 'by itself, within 5 min (or one interval, if that is shorter)',
        start: 'has its secrets: they are in the volume and in the state file',
        play: restartedInOutage,
      }),
    },
    {
      fault: 'agent killed',
      happens: 'SIGKILL (out of memory, a node that drains) at any moment of a refresh',
      stores: everywhere({
        files: 'are of one generation, the last or the one before, and move on',
        wellAgain: 'as soon as the kubelet has started it again',
        start: 'has its secrets',
        play: killedAtAnyMoment,
      }),
    },
    {
      fault: 'agent killed while it asks',
      happens: 'SIGKILL between a request and the end of its answer',
      stores: onNetwork({
        files: 'are of one generation, the last or the one before, and move on',
        wellAgain: 'as soon as the kubelet has started it again',
        start: 'has its secrets',
        play: killedWhileAsking,
      }),
    },
    {
      fault: 'agent stopped for a while',
      happens: 'SIGSTOP, a frozen cgroup; connections end meanwhile',
      stores: everywhere({
        files: 'stay, and move on as soon as it runs',
        wellAgain: 'at once',
        start: 'has its secrets',
        play: stoppedAndContinued,
      }),
    },
    {
      fault: 'agent paused for an hour',
      happens: 'a laptop that sleeps, a virtual machine that is moved: its log-in ends meanwhile',
      stores: everywhere({
        files: 'stay, and move on as soon as it runs',
        wellAgain: 'at once',
        start: 'has its secrets',
        play: pausedForAnHour,
      }),
    },
    {
      fault: 'agent paused while it asks',
      happens: 'an hour passes between a request and its answer',
      stores: onNetwork({
        code: 'timeout',
        says: 'SERVER sent no answer within 10 s',
        files: 'keep the last good values',
        wellAgain: 'within seconds',
        start: 'has its secrets',
        play: pausedWhileReading,
      }),
    },
  ],
};
