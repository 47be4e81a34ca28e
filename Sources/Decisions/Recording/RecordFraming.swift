import FoundationEssentials

/// The octets of a recording: a line that says what the file is, then records.
///
/// ```
/// "martlet-recording 1\n"
/// record: | length (4 octets) | CRC-32 of the content (4 octets) | content: JSON, `length` octets |
/// ```
///
/// Numbers are in network order. A process that is killed leaves a torn record at the end, which is left out at reading.
package enum RecordFraming {
    /// Of the form that this version writes and reads.
    package static let form = 1
    private static let name = "martlet-recording "
    package static let preamble = Array("\(name)\(form)\n".utf8)
    /// More is no record.
    package static let maximumLength = 1 << 28

    package static func frame(_ content: [UInt8]) -> [UInt8] {
        bigEndian(UInt32(content.count)) + bigEndian(Checksum.crc32(content)) + content
    }

    private static func bigEndian(_ number: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> UInt32($0)) }
    }

    /// What a file holds.
    package struct Content: Hashable, Sendable {
        /// With the offset of each in the file.
        package var records: [(offset: Int, octets: ArraySlice<UInt8>)]
        /// Where the last whole record ends, if something that is no whole record follows.
        package var tornAt: Int?

        package static func == (a: Content, b: Content) -> Bool {
            a.tornAt == b.tornAt && a.records.elementsEqual(b.records) { $0 == $1 }
        }

        package func hash(into hasher: inout Hasher) { hasher.combine(records.count) }
    }

    /// Splits a file into its records.
    package static func read(_ file: [UInt8]) throws(RecordingError) -> Content {
        guard file.starts(with: Array(name.utf8)) else {
            throw RecordingError("it is no recording of martlet: it does not begin with \"\(name)\"", offset: 0)
        }
        let start = name.utf8.count
        guard let end = file.prefix(64).firstIndex(of: 0x0A),
            let form = Int(String(decoding: file[start..<end], as: UTF8.self))
        else { throw RecordingError("it does not say its form", offset: start) }
        guard form == RecordFraming.form else {
            throw RecordingError(
                "it has form \(form), and this version of martlet reads form \(RecordFraming.form): replay it with the version "
                    + "that wrote it", offset: start)
        }
        var content = Content(records: [], tornAt: nil)
        var offset = end + 1
        while offset < file.count {
            guard let length = number(file, offset), let checksum = number(file, offset + 4),
                length <= maximumLength, file.count - offset - 8 >= Int(length)
            else { break }
            let octets = file[(offset + 8)..<(offset + 8 + Int(length))]
            guard Checksum.crc32(octets) == checksum else { break }
            content.records.append((offset, octets))
            offset += 8 + Int(length)
        }
        if offset < file.count { content.tornAt = offset }
        return content
    }

    private static func number(_ file: [UInt8], _ offset: Int) -> UInt32? {
        guard offset + 4 <= file.count else { return nil }
        return file[offset..<(offset + 4)].reduce(0) { $0 << 8 | UInt32($1) }
    }
}

/// Why a recording cannot be replayed.
package struct RecordingError: Error, Hashable, Sendable, CustomStringConvertible {
    package let message: String
    /// Where in the file, in octets.
    package let offset: Int

    package init(_ message: String, offset: Int) {
        self.message = message
        self.offset = offset
    }

    package var description: String { "\(message) (at octet \(offset))" }
}
