import { Actor } from '../../sdk/index.js';

/** Hosted by the callers' silo, which needs a type and shall have no counter. */
@Actor({ name: 'fleet-bystander' })
export class Bystander {}
