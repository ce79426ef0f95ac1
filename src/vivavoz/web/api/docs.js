"use strict";

window.SwaggerUIBundle({
  url: new URL("openapi.json", document.baseURI).href,
  domNode: document.getElementById("viewer"),
  deepLinking: true,
});
