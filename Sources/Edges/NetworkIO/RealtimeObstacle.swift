import Glibc
import SystemIO

/// Why the kernel does not give a thread real-time priority.
///
/// A process may have the capability and still be refused: a kernel with RT_GROUP_SCHED gives a control group no real-time
/// time of its own, unless configured (sched-rt-group in the kernel's documentation).
enum RealtimeObstacle {
    /// The cause as a clause, with the remedy.
    ///
    /// - Parameters:
    ///   - code: what the kernel answered.
    ///   - hasCapability: whether ``Capability/sysNice`` is effective.
    ///   - runtime: the content of the control group's `cpu.rt_runtime_us`; `nil` if there is no such file.
    static func cause(code: CInt, hasCapability: Bool, runtime: String?) -> String {
        guard code == EPERM else { return SystemError.text(of: code) }
        guard hasCapability else { return "the capability CAP_SYS_NICE is missing" }
        guard let runtime, let microseconds = Int(runtime.filter { !$0.isWhitespace }), microseconds > 0 else {
            return """
                the control group of this process has no real-time budget: set cpu.rt_runtime_us (cgroup v1), or \
                run a kernel without RT_GROUP_SCHED
                """
        }
        return
            "not permitted, although CAP_SYS_NICE is present and the control group has \(microseconds) µs of real-time budget"
    }

    /// The cause for the calling process.
    static func cause(code: CInt) -> String {
        cause(code: code, hasCapability: Capability.sysNice.isEffective, runtime: runtime)
    }

    private static var runtime: String? {
        guard let groups = text("/proc/self/cgroup"), let path = path(inGroups: groups) else { return nil }
        // As systemd and container runtimes mount it; inside a container the own group is the root.
        for root in ["/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu,cpuacct"] {
            for folder in [root + path, root] {
                if let text = text(folder + "/cpu.rt_runtime_us") { return text }
            }
        }
        return nil
    }

    /// The path of the group that the controller `cpu` of version 1 has this process in, as `/proc/self/cgroup` says.
    static func path(inGroups groups: String) -> String? {
        for line in groups.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            if fields.count == 3, fields[1].split(separator: ",").contains("cpu") { return String(fields[2]) }
        }
        return nil
    }

    private static func text(_ path: String) -> String? {
        (try? RegularFile.read(path, limit: 1 << 16)).map { String(decoding: $0, as: UTF8.self) }
    }
}
