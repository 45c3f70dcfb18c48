/** What is used of mustache, which has no types of its own. */
declare module 'mustache' {
  const Mustache: {
    render(template: string, view: unknown): string;
    parse(template: string): unknown;
    clearCache(): void;
  };
  export default Mustache;
}
