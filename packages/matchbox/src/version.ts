/** The version of the product, as `-version`, `bootcmd version` and the API say it; `version.test.ts` holds it to package.json. */
export const version = 'v0.1.0';
