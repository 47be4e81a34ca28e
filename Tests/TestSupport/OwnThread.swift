import Glibc

/// Runs `body` on a thread made for it, so that what blocks there blocks no task of the tests.
///
/// What `body` changes about its thread (its network namespace, its capabilities, its priority) ends with it; threads
/// that it starts inherit that. So the caller is resumed from another thread: the one that resumes a task may have to
/// start a thread of the pool, and what that inherits would be met by whatever test comes to run on it.
package func onOwnThread<Result: Sendable>(
    _ body: @escaping @Sendable () throws -> Result
) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        do {
            let outer = try startThread {
                continuation.resume(
                    with: Swift.Result {
                        let result = Locked<Swift.Result<Result, any Error>?>(nil)
                        let inner = try startThread {
                            let value = Swift.Result { try body() }
                            result.withLock { $0 = value }
                        }
                        pthread_join(inner, nil)
                        guard let value = result.value else { throw TestFailure("the thread ended without a result") }
                        return try value.get()
                    })
            }
            pthread_detach(outer)
        } catch {
            continuation.resume(throwing: error)
        }
    }
}

private func startThread(_ body: @escaping @Sendable () -> Void) throws(TestFailure) -> pthread_t {
    var thread = pthread_t()
    let context = unsafe Unmanaged.passRetained(ThreadWork(body)).toOpaque()
    let problem = unsafe pthread_create(
        &thread, nil,
        { context in
            guard let context = unsafe context else { return nil }
            unsafe Unmanaged<ThreadWork>.fromOpaque(context).takeRetainedValue().body()
            return nil
        }, context)
    guard problem == 0 else {
        unsafe Unmanaged<ThreadWork>.fromOpaque(context).release()
        throw TestFailure("no thread: errno \(problem)")
    }
    return thread
}

private final class ThreadWork: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}
