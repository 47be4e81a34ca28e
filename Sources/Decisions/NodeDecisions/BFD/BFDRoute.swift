import Addresses
import BFD

/// How packets of one BFD session are sent.
package struct BFDRoute: Hashable, Sendable {
    package let address: IPAddress
    package let zone: String?
    package let sourceAddress: IPAddress?
    package let device: String?
    package let isMultihop: Bool
}
