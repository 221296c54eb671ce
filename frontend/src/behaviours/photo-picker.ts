/**
 * Photos before they are sent: previewed, shrunk to `data-edge` pixels, without their metadata.
 *
 * ```html
 * <div data-behaviour="photo-picker" data-max="6" data-edge="1600" data-text-remove="移除第 {n} 张照片"
 *   data-text-count="已选 {n} 张，最多 {max} 张" data-text-bad="…{name}">
 *   <input type="file" name="photos" accept="image/*" multiple>
 *   <ul data-strip></ul><p data-count></p>
 * </div>
 * ```
 *
 * Drawing on a canvas drops EXIF with the position in it. A photo that is chosen adds to those chosen
 * before. Without scripts the plain file input sends the originals; the server strips those too.
 */
import type { Behaviour } from "../mount";
import { toast, word } from "../words";

const QUALITY = 0.82;

/** Width and height scaled so that the longer edge is at most `edge`. */
export function fitted(width: number, height: number, edge: number): [number, number] {
  const scale = Math.min(1, edge / Math.max(width, height));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

/** A JPEG of at most `edge` pixels drawn from `file`, upright, without metadata. Rejects when it is no picture. */
export async function shrink(file: File, edge: number): Promise<File> {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const [width, height] = fitted(picture.width, picture.height, edge);
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d")!.drawImage(picture, 0, 0, width, height);
  picture.close();
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  if (!blob) throw new Error("the picture could not be drawn");
  const name = file.name.replace(/\.\w+$/, "") + ".jpg";
  return new File([blob], name, { type: "image/jpeg", lastModified: file.lastModified });
}

export const photoPicker: Behaviour = (box) => {
  const input = box.querySelector<HTMLInputElement>("input[type=file]")!;
  const strip = box.querySelector<HTMLElement>("[data-strip]")!;
  const max = Number(box.dataset.max ?? 6);
  const edge = Number(box.dataset.edge ?? 1600);
  let photos: File[] = [];
  let urls: string[] = [];

  const draw = () => {
    urls.forEach((url) => URL.revokeObjectURL(url));
    urls = photos.map((photo) => URL.createObjectURL(photo));
    const carrier = new DataTransfer();
    photos.forEach((photo) => carrier.items.add(photo));
    input.files = carrier.files;
    strip.replaceChildren(...photos.map((photo, index) => item(photo, index)));
    const count = box.querySelector("[data-count]");
    if (count) count.textContent = photos.length ? word(box, "count", { n: photos.length, max }) : "";
    box.dispatchEvent(new CustomEvent("photos:change", { bubbles: true, detail: photos }));
  };

  const item = (photo: File, index: number): HTMLElement => {
    const line = document.createElement("li");
    const image = document.createElement("img");
    image.src = urls[index]!;
    image.alt = photo.name;
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "button button-icon";
    remove.textContent = "×";
    remove.setAttribute("aria-label", word(box, "remove", { n: index + 1 }));
    remove.addEventListener("click", () => {
      photos = photos.filter((_photo, place) => place !== index);
      draw();
      (strip.querySelector<HTMLElement>("button") ?? input).focus();
    });
    const size = document.createElement("span");
    size.className = "small";
    size.textContent = `${Math.ceil(photo.size / 1024)} KB`;
    line.append(image, remove, size);
    return line;
  };

  const add = async () => {
    const chosen = Array.from(input.files ?? []).filter((file) => !photos.includes(file));
    box.setAttribute("aria-busy", "true");
    for (const file of chosen) {
      if (photos.length >= max) break;
      try {
        photos.push(await shrink(file, edge));
      } catch {
        toast(word(box, "bad", { name: file.name }));
      }
    }
    box.removeAttribute("aria-busy");
    draw();
  };

  const change = () => void add();
  input.addEventListener("change", change);
  return () => {
    input.removeEventListener("change", change);
    urls.forEach((url) => URL.revokeObjectURL(url));
  };
};
