import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import {
  describeFileSystem,
  identifyFileSystem,
  warnOfSharing,
} from "../../../lib/log/file_system.ts";
import type { Mount } from "../../../lib/log/mounts.ts";
import { temporaryFolder } from "../../support/binary.ts";

const ext4 = 0xef53;
const nineP = 0x01021997;

function mount(type: string, source = "none", options = "rw"): Mount {
  return { mountPoint: "/mnt/c", type, source, options, device: "0:66" };
}

describe("describeFileSystem()", () => {
  const kinds = [
    ["local", "ext4 ext3 xfs btrfs tmpfs overlay f2fs zfs"],
    ["shared", "9p drvfs virtiofs nfs nfs4 cifs smb3 ceph vboxsf fuse.sshfs fuse.rclone"],
    ["fuse", "fuse fuseblk fuse.gocryptfs fuse.mergerfs"],
    ["unknown", "vfat exfat ntfs3 squashfs nfsd ext5"],
  ] as const;
  let met = 0;

  for (const [reach, types] of kinds) {
    for (const type of types.split(" ")) {
      test(`takes ${type} for ${reach}`, () => {
        met++;
        expect(describeFileSystem(mount(type), 0)).toEqual({
          type,
          mountPoint: "/mnt/c",
          reach,
          device: "0:66",
        });
      });
    }
  }

  test("was asked about each", () => {
    expect(met).toBe(29);
  });

  test("knows a Windows drive by its options or its source, whatever carries it", () => {
    const drives = [
      mount("9p", "C:\\", "rw,aname=drvfs;path=C:\\"),
      mount("virtiofs", "drvfs", "rw"),
      mount("fuse.x", "drvfs", "rw"),
    ];
    expect(drives.map((drive) => describeFileSystem(drive, 0).type)).toEqual([
      "9p (drvfs)",
      "virtiofs (drvfs)",
      "fuse.x (drvfs)",
    ]);
    for (const drive of drives) expect(describeFileSystem(drive, 0).reach).toBe("shared");
    expect(describeFileSystem(mount("drvfs", "C:"), 0).type).toBe("drvfs");
    // Local disks that merely have the word somewhere.
    expect(describeFileSystem(mount("ext4", "/dev/drvfs"), 0).reach).toBe("local");
    const layers = mount("overlay", "overlay", "rw,lowerdir=/a/drvfs/b,upperdir=/drvfs");
    expect(describeFileSystem(layers, 0).reach).toBe("local");
  });

  test("goes by the number of statfs where there is no table of mounts", () => {
    const numbers: readonly [number, string, string][] = [
      [nineP, "9p", "shared"],
      [0x6969, "nfs", "shared"],
      [0xff534d42, "cifs", "shared"],
      [0xfe534d42, "smb2", "shared"],
      [0x65735546, "fuse", "fuse"],
      [ext4, "ext4", "local"],
      [0x12345678, "unknown", "unknown"],
    ];
    for (const [magic, type, reach] of numbers) {
      expect(describeFileSystem(null, magic)).toMatchObject({ type, reach, mountPoint: null });
    }
  });

  test("believes the number where the table names a local file system that is hidden", () => {
    expect(describeFileSystem(mount("ext4"), nineP)).toMatchObject({ type: "9p", reach: "shared" });
    expect(describeFileSystem(mount("ext4"), ext4)).toMatchObject({ type: "ext4", reach: "local" });
    expect(describeFileSystem(mount("nfs4"), 0x6969)).toMatchObject({ type: "nfs4" });
  });
});

describe("identifyFileSystem()", () => {
  test("of what is absent takes the nearest folder", () => {
    using folder = temporaryFolder();
    const there = identifyFileSystem(folder.path);
    expect(identifyFileSystem(join(folder.path, "no", "such", "x.log"))).toEqual(there);
    if (process.platform === "linux") expect(there.type).not.toBe("unknown");
  });

  test("follows links: /proc/self/cwd is no part of /proc", () => {
    if (process.platform !== "linux") return;
    expect(identifyFileSystem("/proc/self/cwd")).toEqual(identifyFileSystem(process.cwd()));
    expect(identifyFileSystem("/proc/self").type).toBe("proc");
  });
});

test("warnOfSharing() has nothing to say of a local disk", () => {
  using folder = temporaryFolder();
  expect(warnOfSharing(join(folder.path, "x.log"))).toBeNull();
});
