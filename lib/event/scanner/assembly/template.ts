/** Stretches of bytes that are compared with a line sixteen at a time, as far as their bits count. */
import { reserve } from "./memory.ts";

/** Bytes of a line that a template can hold. */
export const templateBytes: usize = 96;

/** Makes a template that says nothing yet: the wanted bits, and behind them which bits count. */
export function newTemplate(): usize {
  const template = reserve(templateBytes * 2);
  memory.fill(template, 0, templateBytes * 2);
  return template;
}

/** Makes all bits count of the first bytes of a template, which are to be those at `bytes`. */
export function fillTemplate(template: usize, bytes: usize, length: usize): void {
  memory.fill(template, 0, templateBytes * 2);
  memory.copy(template, bytes, length);
  memory.fill(template + templateBytes, 0xff, length);
}

/** Zeros if the line has what the template wants. */
@inline export function differences(line: usize, template: usize): v128 {
  let bits = differencesAt(line, template, 0);
  bits = v128.or(bits, differencesAt(line, template, 16));
  bits = v128.or(bits, differencesAt(line, template, 32));
  bits = v128.or(bits, differencesAt(line, template, 48));
  bits = v128.or(bits, differencesAt(line, template, 64));
  return v128.or(bits, differencesAt(line, template, 80));
}

@inline function differencesAt(line: usize, template: usize, at: usize): v128 {
  const counting = v128.and(v128.load(line + at), v128.load(template + templateBytes + at));
  return v128.xor(counting, v128.load(template + at));
}
