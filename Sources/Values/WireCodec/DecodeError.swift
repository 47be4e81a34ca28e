/// Why octets could not be decoded, and where.
package struct DecodeError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Problem: Hashable, Sendable {
        /// More octets were needed than were there.
        case truncated(needed: Int, available: Int)
        /// Octets were left where the value had to end.
        case trailing(count: Int)
        /// A field has a value that it must not have; the text names field and value.
        case invalid(String)
    }

    /// The position of the first octet concerned, from the start of the whole input.
    package let offset: Int
    package let problem: Problem

    package init(offset: Int, problem: Problem) {
        self.offset = offset
        self.problem = problem
    }

    package var description: String {
        switch problem {
        case .truncated(let needed, let available): "at octet \(offset): \(needed) octets needed, \(available) left"
        case .trailing(let count): "at octet \(offset): \(count) octets too many"
        case .invalid(let text): "at octet \(offset): \(text)"
        }
    }
}
