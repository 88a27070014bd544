/** A report and its photos: the report first, so that a photo that does not get through costs nobody the repair. */
import { answer, api, once, sendFile, type Once, type Schemas } from '../../../shared/api'

export type Category = Schemas['Report']['category']
export type Place = { building: string; unit?: string } | undefined
type PhotoType = Schemas['PhotoWanted']['content_type']

const TAKEN: readonly string[] = ['image/jpeg', 'image/png', 'image/webp']
const LONGEST_PX = 1600
const QUALITY = 0.85

export interface Wanted {
  community: string
  category: Category
  description: string
  place: Place
}

/** `key`: the form's own, so that pressing twice is one report, and one that was changed meanwhile is another. */
export function report(wanted: Wanted, key: (body: unknown) => Once): Promise<Schemas['TicketShown']> {
  const { community, category, description, place } = wanted
  const body = { kind: 'repair' as const, category, description, ...place }
  return answer(
    api.POST('/maintenance/communities/{community}/tickets', { params: { path: { community }, header: key(body) }, body }),
  )
}

export async function addPhoto(community: string, ticket: string, photo: Blob): Promise<void> {
  const params = { path: { community, ticket }, header: once() }
  const body = { content_type: photo.type as PhotoType, size_bytes: photo.size }
  const upload = await answer(api.POST('/maintenance/communities/{community}/tickets/{ticket}/photos', { params, body }))
  const form = new FormData()
  for (const [name, value] of Object.entries(upload.fields)) form.append(name, value)
  form.append('file', photo)
  await sendFile(upload.url, form)
}

/**
 * A photo as it is sent: a JPEG that a slow network can carry. Nothing where this browser cannot draw it, as with a
 * HEIC that a phone has not turned into a JPEG: nobody else could look at it either.
 */
export async function smaller(file: File): Promise<Blob | undefined> {
  const picture = await drawable(file)
  if (!picture) return undefined
  const scale = Math.min(1, LONGEST_PX / Math.max(picture.width, picture.height))
  if (scale === 1 && TAKEN.includes(file.type) && file.size < 1_000_000) return file
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(picture.width * scale))
  canvas.height = Math.max(1, Math.round(picture.height * scale))
  const pen = canvas.getContext('2d')
  if (!pen) return undefined
  pen.fillStyle = '#fff' // what is see-through in a PNG is no black hole in a JPEG
  pen.fillRect(0, 0, canvas.width, canvas.height)
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height)
  if ('close' in picture) picture.close()
  return (await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', QUALITY))) ?? undefined
}

/** Old browsers know no `createImageBitmap` with options; an image they turn upright by themselves. */
async function drawable(file: File): Promise<ImageBitmap | HTMLImageElement | undefined> {
  try {
    return await createImageBitmap(file, { imageOrientation: 'from-image' })
  } catch {
    const image = new Image()
    image.src = URL.createObjectURL(file)
    const drawn = await image.decode().then(
      () => image.naturalWidth > 0,
      () => false,
    )
    URL.revokeObjectURL(image.src)
    return drawn ? image : undefined
  }
}
