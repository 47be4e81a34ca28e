import Glibc

/// A file with given text, removed with the last reference to this.
package final class TemporaryFile: Sendable {
    package let path: String

    package init(_ text: String) throws(TestFailure) {
        var template = Array("/tmp/mt-test-XXXXXX".utf8CString)
        let descriptor = unsafe mkstemp(&template)
        guard descriptor >= 0 else { throw TestFailure("no temporary file: errno \(errno)") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { break }
            rest = rest.dropFirst(count)
        }
        close(descriptor)
        guard rest.isEmpty else { throw TestFailure("cannot write \(path): errno \(errno)") }
    }

    deinit { unsafe unlink(path) }
}
