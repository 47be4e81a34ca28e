import Glibc

/// Runs `body` on a thread made for it, so that what blocks there blocks no task of the tests.
///
/// What `body` changes about its thread (its network namespace, its priority) ends with it; threads that it starts
/// inherit that.
package func onOwnThread<Result: Sendable>(
    _ body: @escaping @Sendable () throws -> Result
) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        let work = ThreadWork { continuation.resume(with: Swift.Result { try body() }) }
        var thread = pthread_t()
        let context = unsafe Unmanaged.passRetained(work).toOpaque()
        let problem = unsafe pthread_create(
            &thread, nil,
            { context in
                guard let context = unsafe context else { return nil }
                unsafe Unmanaged<ThreadWork>.fromOpaque(context).takeRetainedValue().body()
                return nil
            }, context)
        if problem == 0 {
            pthread_detach(thread)
        } else {
            unsafe Unmanaged<ThreadWork>.fromOpaque(context).release()
            continuation.resume(throwing: TestFailure("no thread: errno \(problem)"))
        }
    }
}

private final class ThreadWork: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}
