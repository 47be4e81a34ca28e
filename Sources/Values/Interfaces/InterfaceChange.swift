import Addresses

/// One difference between two moments of a host's interfaces. The interface is as it is afterwards, a removed one as it
/// was.
package enum InterfaceChange: Hashable, Sendable {
    case added(Interface)
    case removed(Interface)
    case renamed(Interface, from: String)
    /// Up and with a carrier; before, one of them was missing.
    case wentUp(Interface)
    case wentDown(Interface)
    case hardwareAddressChanged(Interface, from: MACAddress?)
    case addressesChanged(Interface, added: [InterfaceAddress], removed: [InterfaceAddress])
    /// It became part of another interface, or of none.
    case masterChanged(Interface, from: CInt?)
}
