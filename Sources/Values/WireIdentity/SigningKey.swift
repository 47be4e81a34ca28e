import Crypto

/// The key that all speakers of a cluster share, and the signatures made with it: HMAC-SHA-256 (RFC 2104), truncated to
/// its first sixteen octets (RFC 2104 §5).
package struct SigningKey: Sendable {
    /// The length of a signature in octets.
    package static let signatureLength = 16

    /// What is signed. A signature for one purpose is none for another.
    package enum Purpose: String, Sendable {
        case liveness = "martlet.dev/liveness"
        case mark = "martlet.dev/mark"
    }

    private let liveness: SymmetricKey
    private let mark: SymmetricKey
    /// Keys that are not signed with, but believed.
    private let others: [SigningKey]

    /// - Parameters:
    ///   - secret: of any length that is not zero; the same on all nodes.
    ///   - others: secrets that others may still, or already, sign with, while a key is replaced by another.
    package init(secret: [UInt8], alsoBelieving others: [[UInt8]] = []) {
        self.others = others.map { SigningKey(secret: $0) }
        func derived(_ purpose: Purpose) -> SymmetricKey {
            let code = HMAC<SHA256>.authenticationCode(
                for: Array(purpose.rawValue.utf8), using: SymmetricKey(data: secret))
            return SymmetricKey(data: Array(code))
        }
        liveness = derived(.liveness)
        mark = derived(.mark)
    }

    package func signature(of octets: [UInt8], for purpose: Purpose) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: octets, using: key(for: purpose)).prefix(SigningKey.signatureLength))
    }

    /// Whether the signature is this key's; compared in constant time.
    package func hasSigned(_ octets: [UInt8], for purpose: Purpose, with signature: [UInt8]) -> Bool {
        let own = self.signature(of: octets, for: purpose)
        guard own.count == signature.count else { return false }
        if zip(own, signature).reduce(0, { $0 | ($1.0 ^ $1.1) }) == 0 { return true }
        return others.contains { $0.hasSigned(octets, for: purpose, with: signature) }
    }

    private func key(for purpose: Purpose) -> SymmetricKey {
        switch purpose {
        case .liveness: liveness
        case .mark: mark
        }
    }
}

extension SigningKey: Hashable {
    package static func == (a: SigningKey, b: SigningKey) -> Bool { a.liveness == b.liveness && a.others == b.others }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(signature(of: [], for: .liveness))
    }
}

extension SigningKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "HMAC-SHA-256, redacted" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
