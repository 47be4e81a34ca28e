/// Why a text is not the address, prefix, range or MAC address that it should be.
package struct AddressParseError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The whole text that was parsed.
    package let text: String
    /// Where in the text the problem is, in UTF-8 bytes from the start.
    package let offset: Int
    /// What was expected, and what was found instead: a clause, without the text itself.
    package let problem: String

    package init(text: String, offset: Int, problem: String) {
        self.text = text
        self.offset = offset
        self.problem = problem
    }

    /// For example `"192.0.2.256": at character 9: 256 is more than 255`.
    package var description: String { "\"\(text)\": at character \(offset + 1): \(problem)" }

    /// The same error, of a text of which this text was the part that begins at `start`.
    func moved(by start: Int, in whole: String) -> AddressParseError {
        AddressParseError(text: whole, offset: offset + start, problem: problem)
    }
}
