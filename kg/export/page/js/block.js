// The block of columns that the page embeds, unpacked: numbers as typed arrays, texts by row.

const block = await (async function () {
  const ARRAYS = { u1: Uint8Array, i1: Int8Array, u2: Uint16Array, i2: Int16Array, i4: Int32Array };
  const decoder = new TextDecoder();
  const head = JSON.parse(dom.byId("kg-head").textContent);
  const buffer = await unpack(dom.byId("kg-data").textContent);

  async function unpack(base64) {
    if (typeof DecompressionStream === "undefined") {
      dom.byId("status").textContent = "This browser is too old to open the page.";
      throw new Error("There is no DecompressionStream in this browser.");
    }
    const packed = Uint8Array.fromBase64 ? Uint8Array.fromBase64(base64) : bytes(atob(base64));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Response(stream).arrayBuffer();
  }

  function bytes(binary) {
    const array = new Uint8Array(binary.length);
    for (let at = 0; at < binary.length; at++) array[at] = binary.charCodeAt(at);
    return array;
  }

  function numbers(name) {
    const [type, offset, length] = head.columns[name];
    return new ARRAYS[type](buffer, offset, length);
  }

  /** Numbers that were stored as the steps from one to the next. */
  function ascending(name) {
    const steps = numbers(name);
    const sums = new Int32Array(steps.length);
    let sum = 0;
    for (let row = 0; row < steps.length; row++) sums[row] = sum += steps[row];
    return sums;
  }

  /** A function that gives the text of a row, null where there is none. */
  function texts(name) {
    const [, offset, length] = head.columns[name];
    const lengths = numbers(name + ".length");
    if (!length && !lengths.some(Boolean)) return () => null;
    const all = new Uint8Array(buffer, offset, length);
    const ends = new Int32Array(lengths.length);
    let end = 0;
    for (let row = 0; row < lengths.length; row++) ends[row] = end += Math.max(0, lengths[row] - 1);
    return (row) =>
      lengths[row] ? decoder.decode(all.subarray(ends[row] - lengths[row] + 1, ends[row])) : null;
  }

  /** The same, for texts that are asked for again and again. */
  function keptTexts(name) {
    const read = texts(name);
    const kept = new Array(numbers(name + ".length").length);
    return (row) => (kept[row] === undefined ? (kept[row] = read(row)) : kept[row]);
  }

  return { head, numbers, ascending, texts, keptTexts };
})();
