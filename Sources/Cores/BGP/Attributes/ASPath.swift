import WireCodec

/// The autonomous systems that a route went through: RFC 4271 §4.3 (b), RFC 5065 §3 for the confederation segments.
package struct ASPath: Hashable, Sendable {
    package enum SegmentKind: UInt8, Hashable, Sendable {
        case set = 1
        case sequence = 2
        case confederationSequence = 3
        case confederationSet = 4
    }

    package struct Segment: Hashable, Sendable {
        package let kind: SegmentKind
        package let asns: [ASN]

        package init(_ kind: SegmentKind, _ asns: [ASN]) {
            self.kind = kind
            self.asns = asns
        }
    }

    package let segments: [Segment]

    package init(segments: [Segment]) { self.segments = segments }

    /// The path of a route that we send to another autonomous system: our number, `1 + prepending` times.
    package init(origin asn: ASN, prepending: Int) {
        // A segment says its length in one octet.
        let count = 1 + max(0, prepending)
        segments = stride(from: 0, to: count, by: 255).map { start in
            Segment(.sequence, [ASN](repeating: asn, count: min(255, count - start)))
        }
    }

    package static let empty = ASPath(segments: [])

    package var fitsTwoOctets: Bool { segments.allSatisfy { $0.asns.allSatisfy(\.fitsTwoOctets) } }

    /// Decodes the value of the attribute.
    ///
    /// RFC 7606 §7.2: malformed are an unknown kind of segment, an empty segment, and one that does not fit.
    @_lifetime(reader: copy reader)
    package init(decoding reader: inout ByteReader, fourOctetASN: Bool) throws(DecodeError) {
        var segments: [Segment] = []
        while !reader.isAtEnd {
            let start = reader.position
            guard let kind = SegmentKind(rawValue: try reader.read()) else {
                throw reader.invalid("unknown kind of path segment", at: start)
            }
            let count: UInt8 = try reader.read()
            guard count > 0 else { throw reader.invalid("empty path segment", at: start) }
            var asns: [ASN] = []
            asns.reserveCapacity(Int(count))
            for _ in 0..<count {
                asns.append(fourOctetASN ? ASN(try reader.read()) : ASN(UInt32(try reader.read(UInt16.self))))
            }
            segments.append(Segment(kind, asns))
        }
        self.segments = segments
    }

    package func encode(into writer: inout ByteWriter, fourOctetASN: Bool) {
        for segment in segments {
            // What does not fit one segment goes on in the next.
            var rest = segment.asns[...]
            while !rest.isEmpty {
                let part = rest.prefix(255)
                rest = rest.dropFirst(255)
                writer.write(segment.kind.rawValue)
                writer.write(UInt8(part.count))
                for asn in part {
                    if fourOctetASN { writer.write(asn.rawValue) } else { writer.write(asn.twoOctets) }
                }
            }
        }
    }
}

extension ASPath: CustomStringConvertible {
    package var description: String {
        segments.map { segment in
            let text = segment.asns.map(\.description).joined(separator: " ")
            switch segment.kind {
            case .sequence: return text
            case .set: return "{\(text)}"
            case .confederationSequence: return "(\(text))"
            case .confederationSet: return "[\(text)]"
            }
        }.joined(separator: " ")
    }
}
