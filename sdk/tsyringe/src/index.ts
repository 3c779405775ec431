export { classes, injectable, perPlugin, use } from './classes.js';
