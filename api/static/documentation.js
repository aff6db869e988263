"use strict";

// Shows the API's description with Swagger UI, which the page has loaded before.
const place = document.getElementById("description");
SwaggerUIBundle({
  url: place.dataset.url,
  domNode: place,
  deepLinking: true,
  presets: [SwaggerUIBundle.presets.apis],
});
