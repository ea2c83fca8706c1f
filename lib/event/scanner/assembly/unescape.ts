/** The text that the inside of a JSON string stands for. */

/**
 * Writes it to `room` as UTF-8, at most `most` bytes; returns how many, -1 if there are more or if half a
 * surrogate pair stands alone, which UTF-8 cannot say. The string is known to be valid.
 */
export function unescape(from: usize, to: usize, room: usize, most: i32): i32 {
  let written = 0;
  let at = from;
  while (at < to) {
    // The longest that one step writes.
    if (written + 4 > most) return -1;
    const byte = load<u8>(at);
    const target = room + <usize>written;
    if (byte != 0x5c) {
      store<u8>(target, byte);
      written++;
      at++;
    } else if (load<u8>(at + 1) != 0x75) {
      store<u8>(target, meaningOf(load<u8>(at + 1)));
      written++;
      at += 2;
    } else {
      let code = codeAt(at + 2);
      at += 6;
      if ((code & 0xf800) == 0xd800) {
        const isPair = code < 0xdc00 && at < to && load<u16>(at) == 0x755c;
        const low = isPair ? codeAt(at + 2) : 0;
        if ((low & 0xfc00) != 0xdc00) return -1;
        code = 0x10000 + ((code & 0x3ff) << 10) + (low & 0x3ff);
        at += 6;
      }
      written += encode(code, target);
    }
  }
  return written;
}

/** What a letter behind a backslash means; quote, backslash and slash mean themselves. */
function meaningOf(letter: u8): u8 {
  if (letter == 0x62) return 0x08;
  if (letter == 0x66) return 0x0c;
  if (letter == 0x6e) return 0x0a;
  if (letter == 0x72) return 0x0d;
  return letter == 0x74 ? 0x09 : letter;
}

/** The value of four hexadecimal digits. */
function codeAt(from: usize): u32 {
  let code: u32 = 0;
  for (let digit: usize = 0; digit < 4; digit++) {
    const byte = load<u8>(from + digit);
    code = (code << 4) | <u32>(byte <= 0x39 ? byte - 0x30 : (byte | 0x20) - 0x57);
  }
  return code;
}

/** Writes a character as UTF-8; returns how many bytes it takes. */
function encode(code: u32, target: usize): i32 {
  if (code < 0x80) {
    store<u8>(target, <u8>code);
    return 1;
  }
  if (code < 0x800) {
    store<u8>(target, <u8>(0xc0 | (code >> 6)));
    store<u8>(target, <u8>(0x80 | (code & 0x3f)), 1);
    return 2;
  }
  if (code < 0x10000) {
    store<u8>(target, <u8>(0xe0 | (code >> 12)));
    store<u8>(target, <u8>(0x80 | ((code >> 6) & 0x3f)), 1);
    store<u8>(target, <u8>(0x80 | (code & 0x3f)), 2);
    return 3;
  }
  store<u8>(target, <u8>(0xf0 | (code >> 18)));
  store<u8>(target, <u8>(0x80 | ((code >> 12) & 0x3f)), 1);
  store<u8>(target, <u8>(0x80 | ((code >> 6) & 0x3f)), 2);
  store<u8>(target, <u8>(0x80 | (code & 0x3f)), 3);
  return 4;
}
