/// What Linux takes for the name of a network interface.
enum InterfaceName {
    /// Why a name is none, as a clause; `nil` if it is one. IFNAMSIZ is 16 octets with the final zero.
    static func problem(_ name: String) -> String? {
        if name.isEmpty { return "is empty" }
        if name.utf8.count > 15 { return "has more than 15 characters" }
        if name == "." || name == ".." { return "is not an interface name" }
        if name.utf8.contains(where: { $0 <= 0x20 || $0 == 0x2F || $0 == 0x3A || $0 == 0x7F }) {
            return "has a space, \"/\" or \":\" in it"
        }
        return nil
    }
}
