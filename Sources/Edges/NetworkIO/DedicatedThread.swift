import CLinux
import Glibc
import Synchronization
import SystemIO

/// A thread of our own, for work that must not wait for a pool.
///
/// It belongs to the network namespace of the thread that made it. Its work must end when asked to; then
/// ``join()`` returns.
package final class DedicatedThread: Sendable {
    private final class Work: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    private let thread: pthread_t
    private let isJoined = Mutex(false)

    /// Starts it. `name` is what `ps -T` shows; 15 octets of it count.
    package init(name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
        let work = unsafe Unmanaged.passRetained(Work(name: name, body: body))
        var thread = pthread_t()
        let problem = unsafe pthread_create(
            &thread, nil,
            { context in
                guard let context = unsafe context else { return nil }
                let work = unsafe Unmanaged<Work>.fromOpaque(context).takeRetainedValue()
                unsafe clinux_set_thread_name(work.name)
                work.body()
                return nil
            }, work.toOpaque())
        guard problem == 0 else {
            unsafe work.release()
            throw SystemError("cannot start thread \(name)", code: problem)
        }
        self.thread = thread
    }

    deinit {
        isJoined.withLock { joined in
            if !joined { pthread_detach(thread) }
        }
    }

    /// Waits until the thread has ended; of several callers the first waits. A thread does not wait for itself.
    package func join() {
        guard pthread_equal(thread, pthread_self()) == 0 else { return }
        let isFirst = isJoined.withLock { joined in
            defer { joined = true }
            return !joined
        }
        if isFirst { pthread_join(thread, nil) }
    }

    /// Gives the calling thread the real-time class SCHED_FIFO: it then runs before all ordinary work of the host.
    ///
    /// - Throws: `EPERM` without ``Capability/sysNice``, or where the control group has no real-time time.
    package static func becomeRealtime(priority: CInt) throws(SystemError) {
        let problem = clinux_set_realtime_priority(priority)
        guard problem == 0 else {
            throw SystemError(
                "cannot use real-time priority \(priority)", reason: RealtimeObstacle.cause(code: problem),
                code: problem)
        }
    }

    /// Takes it back: the calling thread runs as all others do. Needs no privilege, and cannot fail.
    package static func becomeOrdinary() { clinux_set_ordinary_priority() }
}
