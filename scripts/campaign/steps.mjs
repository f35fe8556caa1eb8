/**
 * What `npm run campaign` runs, in this order. A script that writes a report (bench/support/report.ts) is judged by its goals, any other by
 * its exit code. `{redis}` in an argument becomes the URL of the campaign's Redis.
 * @typedef {{ name: string, script: string, full: readonly string[], short: readonly string[] }} Step
 * @type {readonly Step[]}
 */
export const STEPS = [
  {
    name: 'local calls', script: 'bench/local-calls.js',
    full: ['--seconds', '3', '--rounds', '5'], short: ['--seconds', '0.5', '--rounds', '3'],
  },
  {
    name: 'what an idle actor consists of', script: 'bench/heap-breakdown.js',
    full: ['--actors', '10000'], short: ['--actors', '2000'],
  },
  {
    name: 'a million actors, embedded', script: 'bench/million-actors.js',
    full: ['--actors', '1000000'], short: ['--actors', '50000', '--idle-after', '10s'],
  },
  {
    name: 'a million actors, on Redis', script: 'bench/million-actors.js',
    full: ['--actors', '1000000', '--redis', '{redis}'], short: ['--actors', '50000', '--idle-after', '15s', '--redis', '{redis}'],
  },
  {
    name: 'many actors with state', script: 'bench/million-actors.js',
    full: ['--actors', '300000', '--variant', 'state'], short: ['--actors', '20000', '--variant', 'state', '--idle-after', '5s'],
  },
  {
    name: 'many actors with a component', script: 'bench/million-actors.js',
    full: ['--actors', '300000', '--variant', 'component'], short: ['--actors', '20000', '--variant', 'component', '--idle-after', '5s'],
  },
  {
    name: 'mixed load, counted', script: 'bench/mixed-load.js',
    full: ['--rounds', '30', '--redis', '{redis}'], short: ['--rounds', '6', '--redis', '{redis}'],
  },
  {
    name: 'half an hour of mixed load', script: 'bench/mixed-load.js',
    full: ['--minutes', '30', '--redis', '{redis}'], short: ['--minutes', '1', '--sample-every', '4', '--redis', '{redis}'],
  },
  {
    name: 'the client port under attack', script: 'bench/client-port/client-port.js',
    full: ['--redis', '{redis}'], short: ['--short', '--seconds', '1', '--only', 'deep|attachments|one by one|mutations', '--redis', '{redis}'],
  },
  {
    name: 'calls of actors on another silo', script: 'bench/far-calls.js',
    full: ['--seconds', '1', '--rounds', '5', '--redis', '{redis}'], short: ['--seconds', '0.3', '--rounds', '3', '--redis', '{redis}'],
  },
  {
    name: 'queues of deliveries', script: 'bench/queues.js',
    full: ['--redis', '{redis}'], short: ['--jobs', '500', '--rounds', '3', '--redis', '{redis}'],
  },
  {
    name: 'messages end to end', script: 'bench/messages.js',
    full: ['--messages', '100000', '--two', '--redis', '{redis}'], short: ['--messages', '3000', '--rounds', '2', '--redis', '{redis}'],
  },
  {
    name: 'messages among which some are poison', script: 'bench/messages-poison.js',
    full: ['--messages', '100000', '--redis', '{redis}'], short: ['--messages', '2000', '--emitters', '20', '--listeners', '200', '--rounds', '2', '--redis', '{redis}'],
  },
  {
    name: 'a broadcast to many listeners', script: 'bench/messages-broadcast.js',
    full: ['--listeners', '100000', '--redis', '{redis}'], short: ['--listeners', '2000', '--rounds', '2', '--redis', '{redis}'],
  },
  {
    name: 'modules that are exchanged under load', script: 'bench/hot-reload.js',
    full: ['--reloads', '50'], short: ['--reloads', '10', '--callers', '16', '--actors', '3'],
  },
  {
    name: 'silos that are killed', script: 'bench/fleet/fleet-faults.js',
    full: ['--only', 'cold|kills|at once', '--seconds', '180'], short: ['--short', '--only', 'cold|kills|at once', '--seconds', '15'],
  },
  {
    name: 'silos that are frozen (zombies)', script: 'bench/fleet/fleet-faults.js', full: ['--only', 'frozen'], short: ['--short', '--only', 'frozen'],
  },
  {
    name: 'silos with a stalled way to Redis', script: 'bench/fleet/fleet-faults.js', full: ['--only', 'stalled'], short: ['--short', '--only', 'stalled'],
  },
  {
    name: 'silos whose Redis fails', script: 'bench/fleet/fleet-faults.js', full: ['--only', 'Redis (paused|killed|emptied)'], short: ['--short', '--only', 'Redis (paused|killed|emptied)'],
  },
  {
    name: 'silos behind a Sentinel that fails over', script: 'bench/fleet/fleet-faults.js', full: ['--only', 'Sentinel'], short: ['--short', '--only', 'Sentinel'],
  },
  {
    name: 'silos that are killed on a Redis Cluster', script: 'bench/fleet/fleet-faults.js',
    full: ['--only', 'Redis Cluster', '--seconds', '60'], short: ['--short', '--only', 'Redis Cluster', '--seconds', '15'],
  },
  {
    name: 'messages through faults', script: 'bench/message-faults.js', full: [], short: ['--short'],
  },
  {
    name: 'durable calls through kills', script: 'bench/durable-calls.js', full: [], short: ['--short'],
  },
  {
    name: 'chains of tail calls through kills', script: 'bench/tail-chains.js', full: ['--rounds', '50'], short: ['--rounds', '5'],
  },
  {
    name: 'reminders, many at once and across kills', script: 'bench/reminders.js', full: [], short: ['--short'],
  },
  {
    name: 'messages through faults, on a Redis Cluster', script: 'bench/message-faults.js', full: ['--redis-cluster', '--events', '20000'], short: ['--short', '--redis-cluster'],
  },
  {
    name: 'chains of tail calls, on a Redis Cluster', script: 'bench/tail-chains.js', full: ['--rounds', '20', '--redis-cluster'], short: ['--rounds', '3', '--redis-cluster'],
  },
  {
    name: 'durable calls, on a Redis Cluster', script: 'bench/durable-calls.js', full: ['--kills', '10', '--redis-cluster'], short: ['--short', '--redis-cluster'],
  },
  {
    name: 'reminders, on a Redis Cluster', script: 'bench/reminders.js', full: ['--redis-cluster', '--count', '5000'], short: ['--short', '--redis-cluster'],
  },
  {
    name: 'poison among messages, on a Redis Cluster', script: 'bench/messages-poison.js',
    full: ['--messages', '20000', '--redis', 'cluster'], short: ['--messages', '1000', '--emitters', '20', '--listeners', '100', '--rounds', '1', '--redis', 'cluster'],
  },
  {
    name: 'a broadcast to many listeners, on a Redis Cluster', script: 'bench/messages-broadcast.js',
    full: ['--listeners', '20000', '--redis', 'cluster'], short: ['--listeners', '1000', '--rounds', '2', '--redis', 'cluster'],
  },
  {
    name: 'misbehaving components', script: 'bench/misbehaving-components.js',
    full: ['--runs', '25'], short: ['--runs', '1', '--only', 'timer|loop|exit.0|Map|buffers'],
  },
  {
    name: 'a component that blocks its thread', script: 'bench/blocking-component.js',
    full: ['--seconds', '5', '--rounds', '5'], short: ['--seconds', '1', '--rounds', '3'],
  },
  {
    name: 'component sets through kills', script: 'bench/component-sets.js',
    full: ['--rounds', '50', '--redis', '{redis}'], short: ['--rounds', '5', '--redis', '{redis}'],
  },
  {
    name: 'seeds of the simulated cluster', script: 'bench/cluster-seeds.js',
    full: ['--seeds', '1000'], short: ['--seeds', '60'],
  },
];
