/**
 * Lets the runtime compile what runs often. The binary starts without, which suits whatever takes a few
 * milliseconds: compiling would cost more than it saves.
 */
export function optimizeFromNowOn(): void {
  Bun.unsafe.setJITPolicy?.(1);
}
