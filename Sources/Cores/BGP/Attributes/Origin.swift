/// Where a route came from: RFC 4271 §5.1.1.
package enum Origin: UInt8, Hashable, Sendable {
    case igp = 0
    case egp = 1
    case incomplete = 2
}
