extension String {
    /// The longest message. A status may hold 32,768 octets of one, an Event 1,024; a person reads less.
    package static let longestMessage = 1_000

    /// This text, or its beginning and its end with a note of how much is left out between them.
    ///
    /// Messages quote what an input says, and an annotation may have 262,144 octets. The middle is left out because a
    /// message names the object at its beginning and the remedy at its end.
    ///
    /// - Parameter limit: the octets of UTF-8 that the result has at most; no less than 64.
    package func bounded(to limit: Int = longestMessage) -> String {
        let size = utf8.count
        guard size > limit else { return self }
        // For the note itself, with any number in it.
        let room = Swift.max(limit - 40, 24)
        let head = prefix(ofOctets: room * 2 / 3)
        let tail = suffix(ofOctets: room / 3)
        return "\(head)[… \(size - head.utf8.count - tail.utf8.count) octets left out …]\(tail)"
    }

    private func prefix(ofOctets limit: Int) -> Substring {
        var end = utf8.index(startIndex, offsetBy: limit)
        // Whole scalars alone.
        while end > startIndex, !isScalarBoundary(end) { end = utf8.index(before: end) }
        return self[..<end]
    }

    private func suffix(ofOctets limit: Int) -> Substring {
        var start = utf8.index(endIndex, offsetBy: -limit)
        while start < endIndex, !isScalarBoundary(start) { start = utf8.index(after: start) }
        return self[start...]
    }

    private func isScalarBoundary(_ index: Index) -> Bool { index == endIndex || utf8[index] & 0xC0 != 0x80 }
}
