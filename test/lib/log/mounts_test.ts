import { describe, expect, test } from "bun:test";
import { findMount, parseMounts } from "../../../lib/log/mounts.ts";

/** As WSL2 writes it, shortened; the third drive has a blank in its name, the fourth no such thing. */
const wsl = `
76 70 8:32 / / rw,relatime - ext4 /dev/sdc rw,discard,errors=remount-ro
81 76 0:5 / /dev rw,nosuid,relatime shared:3 - devtmpfs none rw,size=4084100k
105 76 0:66 / /mnt/c rw,noatime - 9p C:\\134 rw,dirsync,aname=drvfs;path=C:\\134;uid=1000;gid=1000
106 76 0:67 / /mnt/my\\040drive rw,noatime shared:1 master:2 - 9p D:\\134 rw,aname=drvfs;path=D:\\134
107 76 0:68 / /mnt/büro rw - nfs4 server:/a\\011b rw
108 76 0:69 / /mnt/options rw - tmpfs tmpfs
`.slice(1);

describe("parseMounts()", () => {
  test("reads every line, with any number of optional fields", () => {
    const mounts = parseMounts(wsl);
    expect(mounts.map(({ mountPoint, type, device }) => [mountPoint, type, device])).toEqual([
      ["/", "ext4", "8:32"],
      ["/dev", "devtmpfs", "0:5"],
      ["/mnt/c", "9p", "0:66"],
      ["/mnt/my drive", "9p", "0:67"],
      ["/mnt/büro", "nfs4", "0:68"],
      ["/mnt/options", "tmpfs", "0:69"],
    ]);
    expect(mounts[2]?.source).toBe("C:\\");
    expect(mounts[2]?.options).toBe("rw,dirsync,aname=drvfs;path=C:\\;uid=1000;gid=1000");
    expect(mounts[4]?.source).toBe("server:/a\tb");
    expect(mounts[5]?.options).toBe("");
  });

  test("passes over what does not have the layout", () => {
    for (const text of [
      "",
      "\n\n",
      "76 70 8:32 / /",
      "76 70 8:32 / / rw - ext4",
      "nonsense - a b c",
    ]) {
      expect(parseMounts(text)).toEqual([]);
    }
  });
});

describe("findMount()", () => {
  const mounts = parseMounts(wsl);
  const pointOf = (path: string) => findMount(mounts, path)?.mountPoint;

  test("takes the longest mount point above a path, whole names only", () => {
    expect(pointOf("/")).toBe("/");
    expect(pointOf("/home/me/latency.log")).toBe("/");
    expect(pointOf("/mnt/c")).toBe("/mnt/c");
    expect(pointOf("/mnt/c/Users/me/latency.log")).toBe("/mnt/c");
    expect(pointOf("/mnt/cc/latency.log")).toBe("/");
    expect(pointOf("/mnt/my drive/x.log")).toBe("/mnt/my drive");
  });

  test("takes the last of equal mount points, which covers the others", () => {
    const covered = parseMounts(`${wsl}109 76 0:70 / /mnt/c rw - tmpfs tmpfs rw\n`);
    expect(findMount(covered, "/mnt/c/x")?.type).toBe("tmpfs");
  });

  test("finds nothing in an empty table", () => {
    expect(findMount([], "/")).toBeNull();
  });
});
