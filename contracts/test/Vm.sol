// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// The cheat codes of Forge that this suite uses.
interface Vm {
    function prank(address sender) external;
    function warp(uint256 timestamp) external;
    function load(address target, bytes32 slot) external view returns (bytes32);
    function assume(bool condition) external pure;
    function expectRevert(bytes4 selector) external;
    function expectEmit(bool topic1, bool topic2, bool topic3, bool data, address emitter) external;
    function snapshotState() external returns (uint256 id);
    function revertToState(uint256 id) external returns (bool);
    function snapshotGasLastCall(string calldata name) external returns (uint256 gasUsed);
}

Vm constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

function eq(uint256 found, uint256 expected, string memory what) pure {
    require(found == expected, what);
}

function eq(bytes32 found, bytes32 expected, string memory what) pure {
    require(found == expected, what);
}

function eq(address found, address expected, string memory what) pure {
    require(found == expected, what);
}
