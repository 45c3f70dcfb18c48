import { expect, test } from 'vitest';
import { type AnswerContext, answer } from '../answer/answer.ts';
import { openCatalog } from '../data/catalog.ts';
import type { Handler } from '../http/handler.ts';
import { plainResponse, type Request } from '../http/message.ts';
import { openMemoryStore } from '../store/memory.ts';
import { createAskingMachines } from './ask-primary.ts';
import type { Question, Told } from './message.ts';

const { snapshot } = await openCatalog(
  openMemoryStore({
    'groups/default.json': '{"id":"default","profile":"p"}',
    'groups/once.json': '{"id":"once","profile":"once","selector":{"group":"once"}}',
    'profiles/p.json': '{"id":"p","boot":{"kernel":"/k"},"generic_id":"report"}',
    'profiles/once.json': '{"id":"once","boot":{"kernel":"/k"},"provision":{"install":"once"}}',
    'generic/report': '{{.matchbox_machine_id}}',
  }),
  { watch: false },
);

function asking(answers: Partial<Record<Question['what'], Told>> = {}) {
  const questions: Question[] = [];
  const created = createAskingMachines({
    ask: async (question) => {
      questions.push(question);
      return answers[question.what];
    },
    handOn: async () => plainResponse(200, 'from the primary', { endpoint: 'ipxe', reason: 'ok' }),
  });
  const context: AnswerContext = { machines: created.machines, address: '192.0.2.1' };
  const handler: Handler = ({ target }) => {
    const [endpoint, query] = target.slice(1).split('?') as ['ipxe' | 'generic', string];
    const { status, body } = answer(snapshot, endpoint, query, context);
    return plainResponse(status, Buffer.from(body).toString(), { endpoint, reason: 'ok' });
  };
  const get = async (target: string, more: Partial<Request> = {}) => {
    const response = created.asking(handler)({ method: 'GET', target, headers: {}, remoteAddress: '', ...more });
    const { status, body } = await response;
    const text = Buffer.from(body as Uint8Array).toString();
    return { status, text, isAsked: response instanceof Promise };
  };
  return { ...created, get, questions };
}

test('a worker answers by itself where nothing depends on machines', async () => {
  const { get, questions } = asking();
  expect(await get('/ipxe?mac=52:54:00:00:00:01')).toMatchObject({ status: 200, isAsked: false });
  expect(questions).toEqual([]);
});

test('a worker asks before it sends a script to a machine that has orders, however it is recognised', async () => {
  const decision = { kind: 'hold', why: 'an operator holds it' } as const;
  const { get, order, questions } = asking({ decide: { what: 'decide', decision } });
  order('m-1', [
    'mac 52:54:00:00:00:01',
    'uuid 4c4c4544-0000-2010-8020-80c04f202020',
    'serial abc',
    'address 192.0.2.9',
  ]);
  for (const query of ['mac=52-54-00-00-00-01', 'uuid=4C4C4544-0000-2010-8020-80C04F202020', 'serial=ABC']) {
    expect((await get(`/ipxe?${query}`)).text).toContain('this machine is held: an operator holds it');
  }
  expect((await get('/ipxe?mac=52:54:00:00:00:02')).status).toBe(200);
  expect(questions[0]).toEqual({
    what: 'decide',
    labels: [['mac', '52:54:00:00:00:01']],
    address: '192.0.2.1',
    group: 'default.json',
    profile: 'p.json',
  });
  order('m-1', ['mac 52:54:00:00:00:03']);
  expect((await get('/ipxe?mac=52:54:00:00:00:01')).isAsked).toBe(false);
  order('m-1', undefined);
  expect((await get('/ipxe?mac=52:54:00:00:00:03')).isAsked).toBe(false);
});

test('two machines with orders behind one address: the release of one leaves the other', async () => {
  const { get, order } = asking({ decide: { what: 'decide', decision: undefined } });
  order('m-1', ['address 192.0.2.1']);
  order('m-2', ['address 192.0.2.1']);
  order('m-1', undefined);
  expect((await get('/ipxe?mac=52:54:00:00:00:03')).isAsked).toBe(true);
});

test('a worker asks where a policy may decide, and for variables of the machine', async () => {
  const { get, questions } = asking({
    decide: { what: 'decide', decision: { kind: 'disk', method: 'auto', why: 'it is installed' } },
    variables: { what: 'variables', variables: [['matchbox_machine_id', 'm-7']] },
  });
  expect((await get('/ipxe?group=once')).text).toContain('it is installed');
  expect((await get('/generic?mac=52:54:00:00:00:01')).text).toBe('m-7');
  expect(questions.map(({ what }) => what)).toEqual(['decide', 'variables']);
});

test('a worker that gets no answer says so, instead of guessing', async () => {
  expect((await asking().get('/ipxe?group=once')).status).toBe(503);
  const { get } = asking({ decide: { what: 'unknown' } });
  expect((await get('/ipxe?group=once')).status).toBe(503);
  expect((await get('/ipxe?group=once', { enter: () => false })).status).toBe(503);
});

test('a worker hands on whatever a rollout is about', async () => {
  const { get, rollouts } = asking();
  rollouts(['p']);
  expect((await get('/ipxe?mac=52:54:00:00:00:01')).text).toBe('from the primary');
  expect((await get('/generic?mac=52:54:00:00:00:01')).text).toBe('from the primary');
  rollouts(['other']);
  expect((await get('/ipxe?mac=52:54:00:00:00:01')).isAsked).toBe(false);
});

test('a worker has the primary answer a HEAD of what depends on machines: it decides nothing by it', async () => {
  const { get, questions } = asking();
  expect(await get('/generic?mac=52:54:00:00:00:01', { method: 'HEAD' })).toMatchObject({ text: 'from the primary' });
  expect(questions).toEqual([]);
});
