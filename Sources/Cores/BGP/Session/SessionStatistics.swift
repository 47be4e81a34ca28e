/// What a session counted since it was made.
package struct SessionStatistics: Hashable, Sendable {
    /// Messages by type.
    package struct Messages: Hashable, Sendable {
        package var open = 0
        package var update = 0
        package var notification = 0
        package var keepalive = 0
        package var routeRefresh = 0

        mutating func count(_ type: MessageType, times: Int = 1) {
            switch type {
            case .open: open += times
            case .update: update += times
            case .notification: notification += times
            case .keepalive: keepalive += times
            case .routeRefresh: routeRefresh += times
            default: break
            }
        }
    }

    package var sent = Messages()
    package var received = Messages()
    /// How often the session became Established.
    package var established = 0
    /// RFC 4271 §8: ConnectRetryCounter, but never set back.
    package var failures = 0
    /// Received UPDATEs by the error handling of RFC 7606 that they got.
    package var malformedUpdates: [ErrorHandling: Int] = [:]
    /// Routes that the peer announced. None is kept.
    package var routesIgnored = 0

    package init() {}
}
