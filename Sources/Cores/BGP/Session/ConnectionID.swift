/// Names one TCP connection of a session. A number is never used twice, so that news of an old connection is distinct from
/// news of the present one.
package struct ConnectionID: Hashable, Sendable, CustomStringConvertible {
    package enum Direction: String, Hashable, Sendable {
        /// We connected to the peer.
        case outbound
        /// The peer connected to us.
        case inbound
    }

    package let direction: Direction
    package let number: Int

    package init(direction: Direction, number: Int) {
        self.direction = direction
        self.number = number
    }

    package var description: String { "\(direction.rawValue) \(number)" }
}
