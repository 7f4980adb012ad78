/** The least CPU time of this process for `work`, in milliseconds, over so many runs: other work on the machine counts less. */
export function leastCpuMs(runs: number, work: () => void): number {
  const times = Array.from({ length: runs }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000; // the kernel knows the sum better than its parts
  });
  return Math.min(...times);
}
