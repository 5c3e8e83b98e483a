import { nothings } from "./nothing.ts";

export const one = nothings(1);
export const ten = nothings(10);
export const thousand = nothings(300);
