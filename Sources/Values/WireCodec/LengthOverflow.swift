/// Something is longer than its length field, or the message that carries it, can say.
package struct LengthOverflow: Error, Hashable, Sendable, CustomStringConvertible {
    package let length: Int
    package let limit: Int

    package init(length: Int, limit: Int) {
        self.length = length
        self.limit = limit
    }

    package var description: String { "\(length) octets, but at most \(limit) are possible" }
}
