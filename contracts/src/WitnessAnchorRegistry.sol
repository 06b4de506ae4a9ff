// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Records who anchored which Merkle root, and when. Nothing in it can be changed or removed.
/// @notice Anybody may anchor. Whose anchors count is the verifier's trust policy: look at `anchorerOf`.
/// @dev The storage layout is a published format (docs/spec/registry.md), because storage proofs are evidence.
contract WitnessAnchorRegistry {
    /// The zero root means "no such batch" and cannot be anchored.
    error ZeroRoot();

    event Anchored(uint256 indexed batchId, bytes32 root, uint256 timestamp);

    /// Lets a reader find a root by its anchorer without knowing the batch id.
    event AnchoredBy(address indexed anchorer, bytes32 indexed root, uint256 indexed batchId);

    /// Slot 0. The next batch id: ids count from 0 and are never reused.
    uint256 public batchCount;

    /// Slot 1.
    mapping(uint256 batchId => bytes32 root) public roots;

    /// Slot 2. `timestamp << 160 | anchorer`: one slot instead of two saves 22,100 gas per anchor.
    mapping(uint256 batchId => uint256 record) private records;

    /// Anchors `merkleRoot` for the sender at this block's time.
    /// @return batchId not predictable before inclusion: read it from the receipt's log.
    function anchor(bytes32 merkleRoot) external returns (uint256 batchId) {
        if (merkleRoot == bytes32(0)) revert ZeroRoot();
        batchId = batchCount;
        unchecked {
            batchCount = batchId + 1; // 2^256 anchors cannot be paid for.
        }
        roots[batchId] = merkleRoot;
        records[batchId] = (block.timestamp << 160) | uint160(msg.sender);
        emit Anchored(batchId, merkleRoot, block.timestamp);
        emit AnchoredBy(msg.sender, merkleRoot, batchId);
    }

    /// Block time of the anchor in seconds, 0 for an unknown id. Never decreases with the id.
    function timestamps(uint256 batchId) external view returns (uint256) {
        return records[batchId] >> 160;
    }

    /// Who sent the anchor, the zero address for an unknown id.
    function anchorerOf(uint256 batchId) external view returns (address) {
        return address(uint160(records[batchId]));
    }

    /// Whether `expectedRoot` is what was anchored under `batchId`. An unknown id and the zero root never verify.
    function verify(uint256 batchId, bytes32 expectedRoot) external view returns (bool) {
        return expectedRoot != bytes32(0) && roots[batchId] == expectedRoot;
    }
}
