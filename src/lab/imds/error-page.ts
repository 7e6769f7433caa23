import { STATUS_CODES } from "node:http";

/** The page that instance metadata sends with an error status. */
export function errorPage(status: number): string {
  const title = `${status} - ${STATUS_CODES[status] ?? "Error"}`;
  return [
    '<?xml version="1.0" encoding="iso-8859-1"?>',
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"',
    '\t"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">',
    '<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">',
    ` <head>\n  <title>${title}</title>\n </head>`,
    ` <body>\n  <h1>${title}</h1>\n </body>`,
    "</html>\n",
  ].join("\n");
}
