import Glibc

/// How many files and sockets a process may have open at one time (RLIMIT_NOFILE, getrlimit(2)).
package enum FileLimit {
    /// No more is asked for: nothing here has as many.
    private static let most: rlim_t = 65_536

    /// Raises the limit as far as this process may.
    ///
    /// - Returns: the limit that now applies; `nil` if the kernel does not say.
    package static func raise() -> Int? {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard unsafe getrlimit(resource, &limit) == 0 else { return nil }
        let wanted = min(limit.rlim_max, most)
        if limit.rlim_cur < wanted {
            var raised = limit
            raised.rlim_cur = wanted
            if unsafe setrlimit(resource, &raised) == 0 { limit = raised }
        }
        return Int(min(limit.rlim_cur, most))
    }

    /// Why a process with this limit is not started; `nil` if it is enough.
    ///
    /// - Parameters:
    ///   - needed: without what grows with the processors.
    ///   - processors: each has an event loop, of three descriptors.
    package static func obstacle(_ limit: Int, needed: Int, processors: Int) -> String? {
        let least = needed + 4 * processors
        guard limit < least else { return nil }
        return """
            at most \(limit) files may be open, but \(least) are needed: raise the limit (`ulimit -n \(least)`; LimitNOFILE= in a \
            systemd unit)
            """
    }
}
