/// Observes what the client does: for metrics, logs and the status.
package struct ClientObserver: Sendable {
    package enum Event: Hashable, Sendable {
        /// A request was answered with this code; 0: it was not answered.
        case answered(verb: String, resource: String, code: Int)
        /// A watch had to begin again, other than at its appointed end.
        case watchFailed(resource: String, message: String)
        /// Observes a watch.
        case watchStands(resource: String)
        /// The cluster does not have the kind, or not any more, which it need not.
        case watchEnded(resource: String)
        /// Nothing answers at the server's address, or it says that it is not ready. Watches wait for it.
        case serverLost
        /// It answers again.
        case serverAnswers
        /// The server's state is older than the known one, as after a restored backup of etcd; all is read again.
        case setBack(resource: String, from: String, to: String)
        /// The lease could not be read or written.
        case electionFailed(message: String)
        /// The lease could be read or written.
        case electionStands
        /// An object could not be understood.
        case unreadable(resource: String, object: String, problem: String)
        /// An object that could not be understood is well again, or gone.
        case cured(resource: String, object: String)
    }

    package let tell: @Sendable (Event) -> Void

    package init(_ tell: @escaping @Sendable (Event) -> Void = { _ in }) { self.tell = tell }
}
