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
        // A thread may end while it is looked at.
        try ProcessThreads.named(name).reduce(into: .zero) { total, thread in
            let run = ProcessThreads.firstLine(of: thread, "schedstat")?.split(separator: " ").first.flatMap {
                Int64($0)
            }
            total += .nanoseconds(run ?? 0)
        }
    }
}
