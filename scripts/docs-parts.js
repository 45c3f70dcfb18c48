// The generated parts of the documents: name → Markdown, made from the code's own tables.
export const parts = {};
