/** The messages and services of the API, for those who only talk it: the web page. */
export type { ExplainedChoice, ExplainedGroup, Variable } from './foresight/explain/explained-choice.ts';
export * from './grpc/gen/matchbox/machines_pb.ts';
export * from './grpc/gen/matchbox/rollouts_pb.ts';
export * from './grpc/gen/matchbox/ui_pb.ts';
