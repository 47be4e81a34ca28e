import Glibc
import TestSupport

/// A daemon's control socket, kept open: a question takes less than a millisecond, where starting a program takes many.
struct ControlSocket: ~Copyable {
    /// How a daemon's answers end.
    enum Dialect: Sendable {
        /// A line that has four digits and a blank before its text.
        case bird
        /// Three zero octets and one with the status.
        case frr
    }

    private let descriptor: Int32
    private let dialect: Dialect

    init(_ path: String, _ dialect: Dialect) throws {
        self.dialect = dialect
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard descriptor >= 0, result == 0 else { throw TestFailure("cannot connect to \(path): errno \(errno)") }
        var limit = timeval(tv_sec: 5, tv_usec: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        if dialect == .bird { _ = try answer() }
    }

    deinit { close(descriptor) }

    func ask(_ question: String) throws -> String {
        let bytes = Array(question.utf8) + [dialect == .bird ? 10 : 0]
        guard unsafe write(descriptor, bytes, bytes.count) == bytes.count else {
            throw TestFailure("cannot ask \"\(question)\": errno \(errno)")
        }
        return try answer()
    }

    private func answer() throws -> String {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while !isComplete(bytes) {
            let count = unsafe read(descriptor, &chunk, chunk.count)
            guard count > 0 else { throw TestFailure("no whole answer: errno \(errno)") }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func isComplete(_ bytes: [UInt8]) -> Bool {
        switch dialect {
        case .frr: return bytes.count >= 4 && bytes.suffix(4).prefix(3).allSatisfy { $0 == 0 }
        case .bird:
            guard bytes.last == 10, let line = bytes.dropLast().split(separator: 10).last else { return false }
            return line.prefix(4).allSatisfy { (48...57).contains($0) } && line.dropFirst(4).first == 32
        }
    }
}
