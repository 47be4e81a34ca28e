import Synchronization

/// A value that several threads of a test share.
package final class Locked<Value>: Sendable {
    private let mutex: Mutex<Value>

    package init(_ value: consuming sending Value) { mutex = Mutex(value) }

    package func withLock<Result, Failure>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result { try mutex.withLock(body) }
}

extension Locked where Value: Sendable {
    package var value: Value { withLock { $0 } }
}
