import Glibc

/// Processor time that this process has used, on all threads.
package enum CPUTime {
    package static var ofProcess: Duration {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    /// The same of its threads with this name.
    package static func ofThreads(named name: String) throws -> Duration {
        var total = Duration.zero
        let tasks = "/proc/self/task"
        guard let folder = unsafe opendir(tasks) else { throw TestFailure("no \(tasks)") }
        defer { unsafe closedir(folder) }
        while let entry = unsafe readdir(folder) {
            guard unsafe entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) else { continue }
            let thread = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            // The thread may end while it is looked at.
            guard firstLine(of: "\(tasks)/\(thread)/comm") == name,
                let run = firstLine(of: "\(tasks)/\(thread)/schedstat")?.split(separator: " ").first.flatMap({
                    Int64($0)
                })
            else { continue }
            total += .nanoseconds(run)
        }
        return total
    }

    private static func firstLine(of path: String) -> String? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = unsafe read(descriptor, &bytes, bytes.count)
        guard count > 0 else { return nil }
        return String(decoding: bytes[..<count].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}
