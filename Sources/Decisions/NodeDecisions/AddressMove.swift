import Addresses

/// An address that this node is to take over from a live owner on one segment, on request.
package struct AddressMove: Hashable, Sendable {
    package var address: IPAddress
    package var interface: String
    package var holder: String
}
