import { DataFile } from './data-file.js';
import { checkInChild } from './check-in-child.js';
import { type CheckOptions, replace } from './backup.js';
