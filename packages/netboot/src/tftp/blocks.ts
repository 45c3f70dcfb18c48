/** The packets of a window, made before the first is sent: in a burst without pauses the client does not fall asleep. */

/** Room that is laid out once: a transfer of 32 MiB is 23,000 packets, and as many pieces of rubbish otherwise. */
export class BlockSpace {
  #blockSizeBytes = 0;
  #packets: Uint8Array[] = [];

  /** DATA packets for `count` blocks from `first` on, whose contents are `bytes`. They are good until the next call. */
  frame(bytes: Uint8Array, first: number, count: number, blockSizeBytes: number): readonly Uint8Array[] {
    this.#layOut(count, blockSizeBytes);
    const framed: Uint8Array[] = [];
    for (let each = 0; each < count; each++) {
      const packet = this.#packets[each]!;
      const start = each * blockSizeBytes;
      const data = bytes.subarray(start, start + blockSizeBytes);
      packet[2] = (first + each) >> 8;
      packet[3] = first + each;
      packet.set(data, 4);
      framed.push(data.length === blockSizeBytes ? packet : packet.subarray(0, 4 + data.length));
    }
    return framed;
  }

  #layOut(count: number, blockSizeBytes: number): void {
    if (this.#blockSizeBytes !== blockSizeBytes) this.#packets = [];
    this.#blockSizeBytes = blockSizeBytes;
    while (this.#packets.length < count) {
      const packet = new Uint8Array(4 + blockSizeBytes);
      packet[1] = 3;
      this.#packets.push(packet);
    }
  }
}
