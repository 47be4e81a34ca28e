import KubernetesAPI
import NIOCore
import Testing

@testable import KubernetesClient

@Suite("Lines of a watch")
struct LineSplitterTests {
    @Test("a text cut at any two places → the same lines") func cuts() throws {
        let text = "{\"a\":1}\n\n{\"b\":\"ü\"}\r\n{\"c\":[]}\nunfinished"
        let expected = ["{\"a\":1}", "{\"b\":\"ü\"}", "{\"c\":[]}"]
        let bytes = Array(text.utf8)
        for first in 0...bytes.count {
            for second in first...bytes.count {
                var splitter = LineSplitter()
                var lines: [String] = []
                for part in [bytes[..<first], bytes[first..<second], bytes[second...]] {
                    for line in try splitter.append(ByteBuffer(bytes: part)) {
                        lines.append(String(decoding: line, as: UTF8.self))
                    }
                }
                #expect(lines == expected, "\(first), \(second)")
            }
        }
    }

    @Test("a line longer than any object → an error, not memory without end") func bound() throws {
        var splitter = LineSplitter()
        let chunk = ByteBuffer(repeating: UInt8(ascii: "x"), count: 1 << 20)
        #expect {
            for _ in 0...33 {
                _ = try splitter.append(chunk)
            }
        } throws: { ($0 as? RequestFailure)?.cause == .answer }
    }
}
