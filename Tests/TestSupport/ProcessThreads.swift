import Glibc

/// The threads of this process.
package enum ProcessThreads {
    /// The ids of those with this name.
    package static func named(_ name: String) throws -> [pid_t] {
        let tasks = "/proc/self/task"
        guard let folder = unsafe opendir(tasks) else { throw TestFailure("no \(tasks)") }
        defer { unsafe closedir(folder) }
        var found: [pid_t] = []
        while let entry = unsafe readdir(folder) {
            let text = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard let thread = pid_t(text), firstLine(of: thread, "comm") == name else { continue }
            found.append(thread)
        }
        return found
    }

    /// The first line of a file of proc(5) about a thread; `nil` if the thread has ended.
    package static func firstLine(of thread: pid_t, _ file: String) -> String? {
        let descriptor = unsafe open("/proc/self/task/\(thread)/\(file)", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = unsafe read(descriptor, &bytes, bytes.count)
        guard count > 0 else { return nil }
        return String(decoding: bytes[..<count].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }

    /// Whether one with this name has the real-time class SCHED_FIFO.
    package static func isRealtime(named name: String) throws -> Bool {
        try named(name).contains { sched_getscheduler($0) & 0xFF == SCHED_FIFO }
    }
}
