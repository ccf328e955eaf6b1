/*
 * ui.js - what both pages draw with: preact's elements written as text by htm.
 *
 * A page holds one state and draws it whole by render(); there is no other store. The libraries are
 * files of web/vendor/, taken as they are.
 */
import { Component, Fragment, h, render } from "../vendor/preact-11.2.0/preact.mjs";
import htm from "../vendor/htm-3.1.1/htm.module.js";

const html = htm.bind(h);

export { Component, Fragment, html, render };
