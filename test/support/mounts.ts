/** Why no file system can be mounted here, or null. */
export function whyNoMount(): string | null {
  const script =
    'd=$(mktemp -d); mount -t tmpfs tmpfs "$d" && umount "$d"; s=$?; rmdir "$d"; exit $s';
  const { exitCode } = Bun.spawnSync(["bash", "-c", script]);
  return exitCode === 0 ? null : "mounting is not allowed";
}
