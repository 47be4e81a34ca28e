/// Asks again and again until the answer is yes.
///
/// - Returns: whether it was yes within the limit.
package func eventually(
    within limit: Duration = .seconds(10), every pause: Duration = .milliseconds(10),
    _ question: () async throws -> Bool
) async throws -> Bool {
    let deadline = ContinuousClock.now + limit
    while true {
        if try await question() { return true }
        guard ContinuousClock.now < deadline else { return false }
        try? await Task.sleep(for: pause)
    }
}

/// Waits until something is so.
///
/// - Throws: ``TestFailure`` with `what` if it is not within the limit.
package func eventually(
    _ what: String, within limit: Duration = .seconds(15), every pause: Duration = .milliseconds(10),
    _ question: () async throws -> Bool
) async throws {
    guard try await !eventually(within: limit, every: pause, question) else { return }
    throw TestFailure("not within \(limit): \(what)")
}
